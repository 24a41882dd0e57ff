Á
"serve˜
I
case0/in0_inputPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0	
4
case0/DiagPartDiagPartcase0/in0_input*
T0	
Z
case1/in1_inputPlaceholder*-
shape$:"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
4
case1/DiagPartDiagPartcase1/in1_input*
T0
H
case2/in2_inputPlaceholder*
shape:*
dtype0
4
case2/DiagPartDiagPartcase2/in2_input*
T0"ª*|
case0s
1
input(
case0/in0_input:0	ÿÿÿÿÿÿÿÿÿ"
out0
case0/DiagPart:0	tensorflow/serving/predict*›
case1‘
B
input9
case1/in1_input:0"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ/
out0'
case1/DiagPart:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*
case2v
0
input'
case2/in2_input:0&
out0
case2/DiagPart:0tensorflow/serving/predict