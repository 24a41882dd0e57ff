—	
"serve«
L
case0/in0_inputPlaceholder*
shape:*
dtype0
‹
case0/MaxPool3D	MaxPool3Dcase0/in0_input*
paddingSAME*
data_formatNDHWC*
strides	
*
ksize	
*
T0
^
case1/in1_inputPlaceholder*1
shape(:&ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
‹
case1/MaxPool3D	MaxPool3Dcase1/in1_input*
paddingSAME*
data_formatNDHWC*
strides	
*
ksize	
*
T0
L
case2/in2_inputPlaceholder*
shape:*
dtype0
‹
case2/MaxPool3D	MaxPool3Dcase2/in2_input*
paddingSAME*
data_formatNDHWC*
strides	
*
ksize	
*
T0"ª*µ
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
case2/MaxPool3D:0tensorflow/serving/predict*‘
case0‡
4
input+
case0/in0_input:03
out0+
case0/MaxPool3D:0tensorflow/serving/predict