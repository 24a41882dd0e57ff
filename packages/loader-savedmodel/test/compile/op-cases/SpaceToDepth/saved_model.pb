‡
"serveª
Q
case0/in0_inputPlaceholder*$
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
e
case0/SpaceToDepthSpaceToDepthcase0/in0_input*
data_formatNHWC*

block_size*
T0
H
case1/in1_inputPlaceholder*
shape:*
dtype0
e
case1/SpaceToDepthSpaceToDepthcase1/in1_input*
data_formatNHWC*

block_size*
T0
Q
case2/in2_inputPlaceholder*$
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
e
case2/SpaceToDepthSpaceToDepthcase2/in2_input*
data_formatNHWC*

block_size*
T0"ª*ž
case0”
9
input0
case0/in0_input:0ÿÿÿÿÿÿÿÿÿ;
out03
case0/SpaceToDepth:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*ž
case2”
9
input0
case2/in2_input:0ÿÿÿÿÿÿÿÿÿ;
out03
case2/SpaceToDepth:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Œ
case1‚
0
input'
case1/in1_input:02
out0*
case1/SpaceToDepth:0tensorflow/serving/predict