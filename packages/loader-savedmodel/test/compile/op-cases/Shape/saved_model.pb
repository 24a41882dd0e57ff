æ
"serveÜ
Q
case0/in0_inputPlaceholder*$
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
L
case0/ShapeShapecase0/in0_input*
out_type0	*
T0:íĞ
I
case1/in1_inputPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
L
case1/ShapeShapecase1/in1_input*
out_type0	*
T0:íĞ
M
case2/in2_inputPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
L
case2/ShapeShapecase2/in2_input*
out_type0*
T0:íÏ"ª*
case0x
9
input0
case0/in0_input:0ÿÿÿÿÿÿÿÿÿ
out0
case0/Shape:0	tensorflow/serving/predict*}
case2t
5
input,
case2/in2_input:0ÿÿÿÿÿÿÿÿÿ
out0
case2/Shape:0tensorflow/serving/predict*y
case1p
1
input(
case1/in1_input:0ÿÿÿÿÿÿÿÿÿ
out0
case1/Shape:0	tensorflow/serving/predict