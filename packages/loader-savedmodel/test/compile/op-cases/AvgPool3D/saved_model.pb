þ
"serve¤
L
case0/in0_inputPlaceholder*
shape:*
dtype0
Œ
case0/AvgPool3D	AvgPool3Dcase0/in0_input*
paddingVALID*
data_formatNDHWC*
strides	
*
ksize	
*
T0
L
case1/in1_inputPlaceholder*
dtype0*
shape:
Œ
case1/AvgPool3D	AvgPool3Dcase1/in1_input*
paddingVALID*
data_formatNDHWC*
strides	
*
ksize	
*
T0
U
case2/in2_inputPlaceholder*(
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
‹
case2/AvgPool3D	AvgPool3Dcase2/in2_input*
paddingSAME*
data_formatNDHWC*
strides	
*
T0*
ksize	
"ª*‘
case1‡
4
input+
case1/in1_input:03
out0+
case1/AvgPool3D:0tensorflow/serving/predict*£
case2™
=
input4
case2/in2_input:0ÿÿÿÿÿÿÿÿÿ<
out04
case2/AvgPool3D:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*‘
case0‡
4
input+
case0/in0_input:03
out0+
case0/AvgPool3D:0tensorflow/serving/predict