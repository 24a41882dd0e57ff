í
"serveÞ
8
case0/in0_xPlaceholder*
shape:*
dtype0
*
case0/RoundRoundcase0/in0_x*
T0
I
case1/in1_xPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
*
case1/RoundRoundcase1/in1_x*
T0
N
case2/in2_xPlaceholder*%
shape:ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
*
case2/RoundRoundcase2/in2_x*
T0"ª*d
case0[

x
case0/in0_x:0
out0
case0/Round:0tensorflow/serving/predict*‘
case2‡
2
x-
case2/in2_x:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ5
out0-
case2/Round:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*†
case1}
-
x(
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ0
out0(
case1/Round:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict