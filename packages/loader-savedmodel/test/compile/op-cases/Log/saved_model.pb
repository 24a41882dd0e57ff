Ú
"serveÒ
A
case0/in0_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
&
	case0/LogLogcase0/in0_x*
T0
A
case1/in1_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
&
	case1/LogLogcase1/in1_x*
T0
M
case2/in2_xPlaceholder*$
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
&
	case2/LogLogcase2/in2_x*
T0"ª*t
case0k
%
x 
case0/in0_x:0ÿÿÿÿÿÿÿÿÿ&
out0
case0/Log:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*
case2ƒ
1
x,
case2/in2_x:0ÿÿÿÿÿÿÿÿÿ2
out0*
case2/Log:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*t
case1k
%
x 
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ&
out0
case1/Log:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict