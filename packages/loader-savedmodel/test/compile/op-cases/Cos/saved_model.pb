Ê
"serveÍ
<
case0/in0_xPlaceholder*
shape
:*
dtype0
&
	case0/CosCoscase0/in0_x*
T0
I
case1/in1_xPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
&
	case1/CosCoscase1/in1_x*
T0
E
case2/in2_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
&
	case2/CosCoscase2/in2_x*
T0"ª*j
case0a
 
x
case0/in0_x:0!
out0
case0/Cos:0tensorflow/serving/predict*|
case2s
)
x$
case2/in2_x:0ÿÿÿÿÿÿÿÿÿ*
out0"
case2/Cos:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*„
case1{
-
x(
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ.
out0&
case1/Cos:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict