Š
"serve¸
8
case0/in0_xPlaceholder*
shape:*
dtype0
&
	case0/TanTancase0/in0_x*
T0
E
case1/in1_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
&
	case1/TanTancase1/in1_x*
T0
8
case2/in2_xPlaceholder*
shape:*
dtype0
&
	case2/TanTancase2/in2_x*
T0"ª*b
case0Y

x
case0/in0_x:0
out0
case0/Tan:0tensorflow/serving/predict*b
case2Y

x
case2/in2_x:0
out0
case2/Tan:0tensorflow/serving/predict*|
case1s
)
x$
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ*
out0"
case1/Tan:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict