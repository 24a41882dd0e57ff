¶
"serveö
D
case0/in0_xPlaceholder*
shape:*
dtype0
*
case0/NdtriNdtricase0/in0_x*
T0
M
case1/in1_xPlaceholder*$
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
*
case1/NdtriNdtricase1/in1_x*
T0
V
case2/in2_xPlaceholder*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
*
case2/NdtriNdtricase2/in2_x*
T0"ª*|
case0s
(
x#
case0/in0_x:0+
out0#
case0/Ndtri:0tensorflow/serving/predict*¡
case2—
:
x5
case2/in2_x:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ=
out05
case2/Ndtri:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*
case1…
1
x,
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ4
out0,
case1/Ndtri:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict