Ã
"serveÑ
E
case0/in0_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
*
case0/Log1pLog1pcase0/in0_x*
T0
8
case1/in1_xPlaceholder*
shape:*
dtype0
*
case1/Log1pLog1pcase1/in1_x*
T0
E
case2/in2_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
*
case2/Log1pLog1pcase2/in2_x*
T0"ª*~
case0u
)
x$
case0/in0_x:0ÿÿÿÿÿÿÿÿÿ,
out0$
case0/Log1p:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*~
case2u
)
x$
case2/in2_x:0ÿÿÿÿÿÿÿÿÿ,
out0$
case2/Log1p:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*d
case1[

x
case1/in1_x:0
out0
case1/Log1p:0tensorflow/serving/predict