È
"serveÙ
A
case0/in0_yPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
9
case0/in0_dyPlaceholder*
shape:*
dtype0
D
case0/SigmoidGradSigmoidGradcase0/in0_ycase0/in0_dy*
T0
<
case1/in1_yPlaceholder*
shape
:*
dtype0
=
case1/in1_dyPlaceholder*
shape
:*
dtype0
D
case1/SigmoidGradSigmoidGradcase1/in1_ycase1/in1_dy*
T0
A
case2/in2_yPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
B
case2/in2_dyPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
D
case2/SigmoidGradSigmoidGradcase2/in2_ycase2/in2_dy*
T0"ª*
case0“

dy
case0/in0_dy:0
%
y 
case0/in0_y:0ÿÿÿÿÿÿÿÿÿ.
out0&
case0/SigmoidGrad:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*—
case1
"
dy
case1/in1_dy:0
 
y
case1/in1_y:0)
out0!
case1/SigmoidGrad:0tensorflow/serving/predict*¦
case2œ
'
dy!
case2/in2_dy:0ÿÿÿÿÿÿÿÿÿ
%
y 
case2/in2_y:0ÿÿÿÿÿÿÿÿÿ.
out0&
case2/SigmoidGrad:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict