ü
"serveà
A
case0/in0_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
(

case0/RintRintcase0/in0_x*
T0
I
case1/in1_xPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
(

case1/RintRintcase1/in1_x*
T0
M
case2/in2_xPlaceholder*$
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
(

case2/RintRintcase2/in2_x*
T0"ª*u
case0l
%
x 
case0/in0_x:0ÿÿÿÿÿÿÿÿÿ'
out0
case0/Rint:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Ž
case2„
1
x,
case2/in2_x:0ÿÿÿÿÿÿÿÿÿ3
out0+
case2/Rint:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*…
case1|
-
x(
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ/
out0'
case1/Rint:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict