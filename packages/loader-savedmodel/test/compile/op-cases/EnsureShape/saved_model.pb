ï
"serve¦
Q
case0/in0_inputPlaceholder*$
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
i
case0/EnsureShapeEnsureShapecase0/in0_input*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
T0
I
case1/in1_inputPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0	
O
case1/EnsureShapeEnsureShapecase1/in1_input*
shape
:*
T0	
Z
case2/in2_inputPlaceholder*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
i
case2/EnsureShapeEnsureShapecase2/in2_input*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
T0"ª*
case2“
B
input9
case2/in2_input:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ1
out0)
case2/EnsureShape:0tensorflow/serving/predict*”
case0Š
9
input0
case0/in0_input:0ÿÿÿÿÿÿÿÿÿ1
out0)
case0/EnsureShape:0tensorflow/serving/predict*ƒ
case1z
1
input(
case1/in1_input:0	ÿÿÿÿÿÿÿÿÿ)
out0!
case1/EnsureShape:0	tensorflow/serving/predict