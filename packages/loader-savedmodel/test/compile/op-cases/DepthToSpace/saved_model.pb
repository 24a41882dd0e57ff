½
"serve¼
Z
case0/in0_inputPlaceholder*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ	*
dtype0
e
case0/DepthToSpaceDepthToSpacecase0/in0_input*
data_formatNHWC*

block_size*
T0
Q
case1/in1_inputPlaceholder*$
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
e
case1/DepthToSpaceDepthToSpacecase1/in1_input*
data_formatNHWC*

block_size*
T0
Q
case2/in2_inputPlaceholder*$
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
e
case2/DepthToSpaceDepthToSpacecase2/in2_input*
data_formatNHWC*

block_size*
T0"ª*°
case0¦
B
input9
case0/in0_input:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ	D
out0<
case0/DepthToSpace:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*ž
case2”
9
input0
case2/in2_input:0ÿÿÿÿÿÿÿÿÿ;
out03
case2/DepthToSpace:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*ž
case1”
9
input0
case1/in1_input:0ÿÿÿÿÿÿÿÿÿ;
out03
case1/DepthToSpace:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict