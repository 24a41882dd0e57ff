	
"serve˜
L
case0/in0_inputPlaceholder*
dtype0*
shape:
Š
case0/ExtractVolumePatchesExtractVolumePatchescase0/in0_input*
strides	
*
ksizes	
*
T0*
paddingSAME
L
case1/in1_inputPlaceholder*
dtype0*
shape:
‹
case1/ExtractVolumePatchesExtractVolumePatchescase1/in1_input*
strides	
*
ksizes	
*
T0*
paddingVALID
L
case2/in2_inputPlaceholder*
shape:*
dtype0
‹
case2/ExtractVolumePatchesExtractVolumePatchescase2/in2_input*
strides	
*
ksizes	
*
T0*
paddingVALID"ª*œ
case1’
4
input+
case1/in1_input:0>
out06
case1/ExtractVolumePatches:0tensorflow/serving/predict*œ
case2’
4
input+
case2/in2_input:0>
out06
case2/ExtractVolumePatches:0tensorflow/serving/predict*œ
case0’
4
input+
case0/in0_input:0>
out06
case0/ExtractVolumePatches:0tensorflow/serving/predict