Ë
"serveÍ
A
case0/in0_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
&
	case0/SinSincase0/in0_x*
T0
M
case1/in1_xPlaceholder*$
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
&
	case1/SinSincase1/in1_x*
T0
<
case2/in2_xPlaceholder*
shape
:*
dtype0
&
	case2/SinSincase2/in2_x*
T0"ª*t
case0k
%
x 
case0/in0_x:0ÿÿÿÿÿÿÿÿÿ&
out0
case0/Sin:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*j
case2a
 
x
case2/in2_x:0!
out0
case2/Sin:0tensorflow/serving/predict*
case1ƒ
1
x,
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ2
out0*
case1/Sin:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict