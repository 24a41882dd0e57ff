¢
"serveÃ
8
case0/in0_xPlaceholder*
shape:*
dtype0
(

case0/SinhSinhcase0/in0_x*
T0
A
case1/in1_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
(

case1/SinhSinhcase1/in1_x*
T0
A
case2/in2_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
(

case2/SinhSinhcase2/in2_x*
T0"ª*c
case0Z

x
case0/in0_x:0
out0
case0/Sinh:0tensorflow/serving/predict*u
case2l
%
x 
case2/in2_x:0ÿÿÿÿÿÿÿÿÿ'
out0
case2/Sinh:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*u
case1l
%
x 
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ'
out0
case1/Sinh:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict