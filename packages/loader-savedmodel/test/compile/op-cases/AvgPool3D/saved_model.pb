þ
"serve¤
L
case0/in0_inputPlaceholder*
dtype0*
shape:
Œ
case0/AvgPool3D	AvgPool3Dcase0/in0_input*
data_formatNDHWC*
paddingVALID*
ksize	
*
strides	
*
T0
L
case1/in1_inputPlaceholder*
dtype0*
shape:
Œ
case1/AvgPool3D	AvgPool3Dcase1/in1_input*
data_formatNDHWC*
paddingVALID*
ksize	
*
strides	
*
T0
U
case2/in2_inputPlaceholder*
dtype0*(
shape:ÿÿÿÿÿÿÿÿÿ
‹
case2/AvgPool3D	AvgPool3Dcase2/in2_input*
strides	
*
data_formatNDHWC*
ksize	
*
paddingSAME*
T0"ª*‘
case0‡
4
input+
case0/in0_input:03
out0+
case0/AvgPool3D:0tensorflow/serving/predict*‘
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
case2/AvgPool3D:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict