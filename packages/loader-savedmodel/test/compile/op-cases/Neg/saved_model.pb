×
"serveÑ
@
case0/in0_xPlaceholder*
shape:*
dtype0
&
	case0/NegNegcase0/in0_x*
T0
A
case1/in1_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
&
	case1/NegNegcase1/in1_x*
T0
M
case2/in2_xPlaceholder*$
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
&
	case2/NegNegcase2/in2_x*
T0"ª*r
case0i
$
x
case0/in0_x:0%
out0
case0/Neg:0tensorflow/serving/predict*
case2ƒ
1
x,
case2/in2_x:0ÿÿÿÿÿÿÿÿÿ2
out0*
case2/Neg:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*t
case1k
%
x 
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ&
out0
case1/Neg:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict