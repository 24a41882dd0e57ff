¸
"serveÊ
@
case0/in0_xPlaceholder*
shape:*
dtype0
(

case0/CoshCoshcase0/in0_x*
T0
I
case1/in1_xPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
(

case1/CoshCoshcase1/in1_x*
T0
8
case2/in2_xPlaceholder*
shape:*
dtype0
(

case2/CoshCoshcase2/in2_x*
T0"ª*s
case0j
$
x
case0/in0_x:0&
out0
case0/Cosh:0tensorflow/serving/predict*c
case2Z

x
case2/in2_x:0
out0
case2/Cosh:0tensorflow/serving/predict*…
case1|
-
x(
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ/
out0'
case1/Cosh:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict