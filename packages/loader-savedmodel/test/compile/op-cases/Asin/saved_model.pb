¹
"serveÊ
<
case0/in0_xPlaceholder*
shape
:*
dtype0
(

case0/AsinAsincase0/in0_x*
T0
8
case1/in1_xPlaceholder*
shape:*
dtype0
(

case1/AsinAsincase1/in1_x*
T0
M
case2/in2_xPlaceholder*$
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
(

case2/AsinAsincase2/in2_x*
T0"ª*k
case0b
 
x
case0/in0_x:0"
out0
case0/Asin:0tensorflow/serving/predict*Ž
case2„
1
x,
case2/in2_x:0ÿÿÿÿÿÿÿÿÿ3
out0+
case2/Asin:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*c
case1Z

x
case1/in1_x:0
out0
case1/Asin:0tensorflow/serving/predict