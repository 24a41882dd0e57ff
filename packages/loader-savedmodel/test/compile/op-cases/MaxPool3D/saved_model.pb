—	
"serve«
L
case0/in0_inputPlaceholder*
dtype0*
shape:
‹
case0/MaxPool3D	MaxPool3Dcase0/in0_input*
data_formatNDHWC*
strides	
*
ksize	
*
paddingSAME*
T0
^
case1/in1_inputPlaceholder*
dtype0*1
shape(:&ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
‹
case1/MaxPool3D	MaxPool3Dcase1/in1_input*
strides	
*
paddingSAME*
ksize	
*
data_formatNDHWC*
T0
L
case2/in2_inputPlaceholder*
dtype0*
shape:
‹
case2/MaxPool3D	MaxPool3Dcase2/in2_input*
paddingSAME*
data_formatNDHWC*
ksize	
*
strides	
*
T0"ª*‘
case0‡
4
input+
case0/in0_input:03
out0+
case0/MaxPool3D:0tensorflow/serving/predict*µ
case1«
F
input=
case1/in1_input:0&ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿE
out0=
case1/MaxPool3D:0&ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*‘
case2‡
4
input+
case2/in2_input:03
out0+
case2/MaxPool3D:0tensorflow/serving/predict