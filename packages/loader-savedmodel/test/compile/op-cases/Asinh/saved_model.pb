ì
"serveÞ
R
case0/in0_xPlaceholder*)
shape :ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
*
case0/AsinhAsinhcase0/in0_x*
T0
A
case1/in1_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
*
case1/AsinhAsinhcase1/in1_x*
T0
<
case2/in2_xPlaceholder*
shape
:*
dtype0
*
case2/AsinhAsinhcase2/in2_x*
T0"ª*™
case0
6
x1
case0/in0_x:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ9
out01
case0/Asinh:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*l
case2c
 
x
case2/in2_x:0#
out0
case2/Asinh:0tensorflow/serving/predict*v
case1m
%
x 
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ(
out0 
case1/Asinh:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict