“
"serve»
D
case0/in0_xPlaceholder*
shape:*
dtype0
&
	case0/AbsAbscase0/in0_x*
T0
8
case1/in1_xPlaceholder*
shape:*
dtype0
&
	case1/AbsAbscase1/in1_x*
T0
<
case2/in2_xPlaceholder*
shape
:*
dtype0
&
	case2/AbsAbscase2/in2_x*
T0"ª*z
case0q
(
x#
case0/in0_x:0)
out0!
case0/Abs:0tensorflow/serving/predict*j
case2a
 
x
case2/in2_x:0!
out0
case2/Abs:0tensorflow/serving/predict*b
case1Y

x
case1/in1_x:0
out0
case1/Abs:0tensorflow/serving/predict