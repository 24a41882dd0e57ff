ˆ	
"serveò
E
case0/in0_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
E
case0/in0_yPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
?
case0/LeftShift	LeftShiftcase0/in0_xcase0/in0_y*
T0
A
case1/in1_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
A
case1/in1_yPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
?
case1/LeftShift	LeftShiftcase1/in1_xcase1/in1_y*
T0
R
case2/in2_xPlaceholder*)
shape :ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
@
case2/in2_yPlaceholder*
shape:*
dtype0
?
case2/LeftShift	LeftShiftcase2/in2_xcase2/in2_y*
T0"ª*®
case0¤
)
x$
case0/in0_x:0ÿÿÿÿÿÿÿÿÿ
)
y$
case0/in0_y:0ÿÿÿÿÿÿÿÿÿ0
out0(
case0/LeftShift:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*±
case2§
6
x1
case2/in2_x:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
$
y
case2/in2_y:0+
out0#
case2/LeftShift:0tensorflow/serving/predict*¢
case1˜
%
x 
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ
%
y 
case1/in1_y:0ÿÿÿÿÿÿÿÿÿ,
out0$
case1/LeftShift:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict