ü
"serveà
I
case0/in0_xPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
(

case0/TanhTanhcase0/in0_x*
T0
M
case1/in1_xPlaceholder*$
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
(

case1/TanhTanhcase1/in1_x*
T0
A
case2/in2_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
(

case2/TanhTanhcase2/in2_x*
T0"ª*…
case0|
-
x(
case0/in0_x:0ÿÿÿÿÿÿÿÿÿ/
out0'
case0/Tanh:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*u
case2l
%
x 
case2/in2_x:0ÿÿÿÿÿÿÿÿÿ'
out0
case2/Tanh:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Ž
case1„
1
x,
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ3
out0+
case1/Tanh:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict