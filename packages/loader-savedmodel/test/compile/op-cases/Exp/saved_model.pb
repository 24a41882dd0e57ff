Ó
"serveÐ
D
case0/in0_xPlaceholder*
shape:*
dtype0
&
	case0/ExpExpcase0/in0_x*
T0
I
case1/in1_xPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
&
	case1/ExpExpcase1/in1_x*
T0
@
case2/in2_xPlaceholder*
shape:*
dtype0
&
	case2/ExpExpcase2/in2_x*
T0"ª*z
case0q
(
x#
case0/in0_x:0)
out0!
case0/Exp:0tensorflow/serving/predict*r
case2i
$
x
case2/in2_x:0%
out0
case2/Exp:0tensorflow/serving/predict*„
case1{
-
x(
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ.
out0&
case1/Exp:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict