Ð

"serveÔ
M
case0/in0_gradientsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
L
case0/in0_featuresPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
N
case0/Relu6Grad	Relu6Gradcase0/in0_gradientscase0/in0_features*
T0
I
case1/in1_gradientsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
H
case1/in1_featuresPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
N
case1/Relu6Grad	Relu6Gradcase1/in1_gradientscase1/in1_features*
T0
L
case2/in2_gradientsPlaceholder*
shape:*
dtype0
]
case2/in2_featuresPlaceholder*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
N
case2/Relu6Grad	Relu6Gradcase2/in2_gradientscase2/in2_features*
T0"ª*Ì
case0Â
7
features+
case0/in0_features:0ÿÿÿÿÿÿÿÿÿ
9
	gradients,
case0/in0_gradients:0ÿÿÿÿÿÿÿÿÿ0
out0(
case0/Relu6Grad:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*À
case1¶
3
features'
case1/in1_features:0ÿÿÿÿÿÿÿÿÿ
5
	gradients(
case1/in1_gradients:0ÿÿÿÿÿÿÿÿÿ,
out0$
case1/Relu6Grad:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Û
case2Ñ
H
features<
case2/in2_features:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
8
	gradients+
case2/in2_gradients:0/
out0'
case2/Relu6Grad:0tensorflow/serving/predict