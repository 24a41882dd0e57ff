¨
"serveñ
H
case0/in0_diagonalPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
/

case0/DiagDiagcase0/in0_diagonal*
T0
L
case1/in1_diagonalPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0	
/

case1/DiagDiagcase1/in1_diagonal*
T0	
?
case2/in2_diagonalPlaceholder*
shape:*
dtype0
/

case2/DiagDiagcase2/in2_diagonal*
T0"ª*‘
case0‡
3
diagonal'
case0/in0_diagonal:0ÿÿÿÿÿÿÿÿÿ4
out0,
case0/Diag:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*
case1“
7
diagonal+
case1/in1_diagonal:0	ÿÿÿÿÿÿÿÿÿ<
out04
case1/Diag:0	"ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*u
case2l
*
diagonal
case2/in2_diagonal:0"
out0
case2/Diag:0tensorflow/serving/predict