¢
"serveÉ
D
case0/in0_xPlaceholder*
shape:*
dtype0
,
case0/LgammaLgammacase0/in0_x*
T0
8
case1/in1_xPlaceholder*
shape:*
dtype0
,
case1/LgammaLgammacase1/in1_x*
T0
8
case2/in2_xPlaceholder*
shape:*
dtype0
,
case2/LgammaLgammacase2/in2_x*
T0"ª*}
case0t
(
x#
case0/in0_x:0,
out0$
case0/Lgamma:0tensorflow/serving/predict*e
case2\

x
case2/in2_x:0 
out0
case2/Lgamma:0tensorflow/serving/predict*e
case1\

x
case1/in1_x:0 
out0
case1/Lgamma:0tensorflow/serving/predict