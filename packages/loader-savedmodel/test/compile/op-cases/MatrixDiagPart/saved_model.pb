
"serve½
R
case0/in0_inputPlaceholder*%
shape:ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
@
case0/MatrixDiagPartMatrixDiagPartcase0/in0_input*
T0
M
case1/in1_inputPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0

@
case1/MatrixDiagPartMatrixDiagPartcase1/in1_input*
T0

M
case2/in2_inputPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0

@
case2/MatrixDiagPartMatrixDiagPartcase2/in2_input*
T0
"ª*•
case0‹
:
input1
case0/in0_input:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ1
out0)
case0/MatrixDiagPart:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*”
case1Š
5
input,
case1/in1_input:0
ÿÿÿÿÿÿÿÿÿ5
out0-
case1/MatrixDiagPart:0
ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*”
case2Š
5
input,
case2/in2_input:0
ÿÿÿÿÿÿÿÿÿ5
out0-
case2/MatrixDiagPart:0
ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict