»

"serveË
M
case0/in0_gradientsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
B
case0/in0_outputsPlaceholder*
shape
:*
dtype0
I
case0/EluGradEluGradcase0/in0_gradientscase0/in0_outputs*
T0
g
case1/in1_gradientsPlaceholder*6
shape-:+ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
\
case1/in1_outputsPlaceholder*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
I
case1/EluGradEluGradcase1/in1_gradientscase1/in1_outputs*
T0
@
case2/in2_gradientsPlaceholder*
shape:*
dtype0
G
case2/in2_outputsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
I
case2/EluGradEluGradcase2/in2_gradientscase2/in2_outputs*
T0"ª*¶
case0¬
,
outputs!
case0/in0_outputs:0
9
	gradients,
case0/in0_gradients:0ÿÿÿÿÿÿÿÿÿ%
out0
case0/EluGrad:0tensorflow/serving/predict*û
case1ñ
F
outputs;
case1/in1_outputs:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
S
	gradientsF
case1/in1_gradients:0+ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ6
out0.
case1/EluGrad:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*ª
case2 
1
outputs&
case2/in2_outputs:0ÿÿÿÿÿÿÿÿÿ
,
	gradients
case2/in2_gradients:0!
out0
case2/EluGrad:0tensorflow/serving/predict