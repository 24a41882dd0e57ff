×
"serveß
E
case0/in0_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
E
case0/in0_yPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
A
case0/RightShift
RightShiftcase0/in0_xcase0/in0_y*
T0
8
case1/in1_xPlaceholder*
shape:*
dtype0
A
case1/in1_yPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
A
case1/RightShift
RightShiftcase1/in1_xcase1/in1_y*
T0
A
case2/in2_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
A
case2/in2_yPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
A
case2/RightShift
RightShiftcase2/in2_xcase2/in2_y*
T0"ª*¯
case0¥
)
x$
case0/in0_x:0ÿÿÿÿÿÿÿÿÿ
)
y$
case0/in0_y:0ÿÿÿÿÿÿÿÿÿ1
out0)
case0/RightShift:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*£
case2™
%
x 
case2/in2_x:0ÿÿÿÿÿÿÿÿÿ
%
y 
case2/in2_y:0ÿÿÿÿÿÿÿÿÿ-
out0%
case2/RightShift:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*‘
case1‡

x
case1/in1_x:0
%
y 
case1/in1_y:0ÿÿÿÿÿÿÿÿÿ$
out0
case1/RightShift:0tensorflow/serving/predict