ß

"serve×
Q
case0/in0_inputPlaceholder*$
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0

P
case0/in0_diagonalPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0

R
case0/MatrixSetDiagMatrixSetDiagcase0/in0_inputcase0/in0_diagonal*
T0

M
case1/in1_inputPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
C
case1/in1_diagonalPlaceholder*
shape
:*
dtype0
R
case1/MatrixSetDiagMatrixSetDiagcase1/in1_inputcase1/in1_diagonal*
T0
M
case2/in2_inputPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
L
case2/in2_diagonalPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
R
case2/MatrixSetDiagMatrixSetDiagcase2/in2_inputcase2/in2_diagonal*
T0"ª*Ü
case0Ò
;
diagonal/
case0/in0_diagonal:0
ÿÿÿÿÿÿÿÿÿ
9
input0
case0/in0_input:0
ÿÿÿÿÿÿÿÿÿ<
out04
case0/MatrixSetDiag:0
ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Ç
case1½
.
diagonal"
case1/in1_diagonal:0
5
input,
case1/in1_input:0ÿÿÿÿÿÿÿÿÿ8
out00
case1/MatrixSetDiag:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Ð
case2Æ
7
diagonal+
case2/in2_diagonal:0ÿÿÿÿÿÿÿÿÿ
5
input,
case2/in2_input:0ÿÿÿÿÿÿÿÿÿ8
out00
case2/MatrixSetDiag:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict