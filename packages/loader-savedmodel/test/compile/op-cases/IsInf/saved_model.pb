½
"serveÏ
D
case0/in0_xPlaceholder*
shape:*
dtype0
*
case0/IsInfIsInfcase0/in0_x*
T0
D
case1/in1_xPlaceholder*
shape:*
dtype0
*
case1/IsInfIsInfcase1/in1_x*
T0
8
case2/in2_xPlaceholder*
shape:*
dtype0
*
case2/IsInfIsInfcase2/in2_x*
T0"ª*|
case0s
(
x#
case0/in0_x:0+
out0#
case0/IsInf:0
tensorflow/serving/predict*d
case2[

x
case2/in2_x:0
out0
case2/IsInf:0
tensorflow/serving/predict*|
case1s
(
x#
case1/in1_x:0+
out0#
case1/IsInf:0
tensorflow/serving/predict