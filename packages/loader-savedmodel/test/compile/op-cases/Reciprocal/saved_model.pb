â
"serveê
8
case0/in0_xPlaceholder*
shape:*
dtype0
4
case0/Reciprocal
Reciprocalcase0/in0_x*
T0
@
case1/in1_xPlaceholder*
shape:*
dtype0
4
case1/Reciprocal
Reciprocalcase1/in1_x*
T0
E
case2/in2_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
4
case2/Reciprocal
Reciprocalcase2/in2_x*
T0"ª*i
case0`

x
case0/in0_x:0$
out0
case0/Reciprocal:0tensorflow/serving/predict*ƒ
case2z
)
x$
case2/in2_x:0ÿÿÿÿÿÿÿÿÿ1
out0)
case2/Reciprocal:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*y
case1p
$
x
case1/in1_x:0,
out0$
case1/Reciprocal:0tensorflow/serving/predict