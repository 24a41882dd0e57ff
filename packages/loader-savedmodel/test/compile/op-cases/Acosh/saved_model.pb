™
"serveí
D
case0/in0_xPlaceholder*
shape:*
dtype0
*
case0/AcoshAcoshcase0/in0_x*
T0
V
case1/in1_xPlaceholder*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
*
case1/AcoshAcoshcase1/in1_x*
T0
D
case2/in2_xPlaceholder*
shape:*
dtype0
*
case2/AcoshAcoshcase2/in2_x*
T0"ª*|
case0s
(
x#
case0/in0_x:0+
out0#
case0/Acosh:0tensorflow/serving/predict*|
case2s
(
x#
case2/in2_x:0+
out0#
case2/Acosh:0tensorflow/serving/predict*¡
case1—
:
x5
case1/in1_x:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ=
out05
case1/Acosh:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict