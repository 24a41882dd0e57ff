Ø

"serveÙ
^
case0/in0_gradientsPlaceholder*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
S
case0/in0_outputsPlaceholder*$
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
K
case0/SeluGradSeluGradcase0/in0_gradientscase0/in0_outputs*
T0
M
case1/in1_gradientsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
B
case1/in1_outputsPlaceholder*
shape
:*
dtype0
K
case1/SeluGradSeluGradcase1/in1_gradientscase1/in1_outputs*
T0
M
case2/in2_gradientsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
T
case2/in2_outputsPlaceholder*%
shape:ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
K
case2/SeluGradSeluGradcase2/in2_gradientscase2/in2_outputs*
T0"ª*á
case0×
=
outputs2
case0/in0_outputs:0ÿÿÿÿÿÿÿÿÿ
J
	gradients=
case0/in0_gradients:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ.
out0&
case0/SeluGrad:0tensorflow/serving/predict*·
case1­
,
outputs!
case1/in1_outputs:0
9
	gradients,
case1/in1_gradients:0ÿÿÿÿÿÿÿÿÿ&
out0
case1/SeluGrad:0tensorflow/serving/predict*Ò
case2È
>
outputs3
case2/in2_outputs:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
9
	gradients,
case2/in2_gradients:0ÿÿÿÿÿÿÿÿÿ/
out0'
case2/SeluGrad:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict