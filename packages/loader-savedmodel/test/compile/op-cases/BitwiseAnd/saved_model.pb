‡	
"serveí
@
case0/in0_xPlaceholder*
shape:*
dtype0
8
case0/in0_yPlaceholder*
shape:*
dtype0
A
case0/BitwiseAnd
BitwiseAndcase0/in0_xcase0/in0_y*
T0
I
case1/in1_xPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
@
case1/in1_yPlaceholder*
shape:*
dtype0
A
case1/BitwiseAnd
BitwiseAndcase1/in1_xcase1/in1_y*
T0
I
case2/in2_xPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
I
case2/in2_yPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
A
case2/BitwiseAnd
BitwiseAndcase2/in2_xcase2/in2_y*
T0"ª*˜
case0Ž
$
x
case0/in0_x:0

y
case0/in0_y:0,
out0$
case0/BitwiseAnd:0tensorflow/serving/predict*Ä
case2º
-
x(
case2/in2_x:0ÿÿÿÿÿÿÿÿÿ
-
y(
case2/in2_y:0ÿÿÿÿÿÿÿÿÿ>
out06
case2/BitwiseAnd:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*©
case1Ÿ
-
x(
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ
$
y
case1/in1_y:0,
out0$
case1/BitwiseAnd:0tensorflow/serving/predict