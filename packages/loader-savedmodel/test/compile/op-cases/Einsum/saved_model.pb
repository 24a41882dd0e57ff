ì

"serve„
K
case0/in0_inputs0Placeholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
K
case0/in0_inputs1Placeholder*
dtype0*
shape:ÿÿÿÿÿÿÿÿÿ
g
case0/EinsumEinsumcase0/in0_inputs0case0/in0_inputs1*
equation	ab,cb->ca*
N*
T0
K
case1/in1_inputs0Placeholder*
dtype0*
shape:ÿÿÿÿÿÿÿÿÿ
K
case1/in1_inputs1Placeholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
g
case1/EinsumEinsumcase1/in1_inputs0case1/in1_inputs1*
equation	ab,bc->ac*
N*
T0
G
case2/in2_inputs0Placeholder*
dtype0*
shape:ÿÿÿÿÿÿÿÿÿ
G
case2/in2_inputs1Placeholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
e
case2/EinsumEinsumcase2/in2_inputs0case2/in2_inputs1*
equation	a,b->ab*
N*
T0"ª*Ã
case1¹
5
inputs1*
case1/in1_inputs1:0ÿÿÿÿÿÿÿÿÿ
5
inputs0*
case1/in1_inputs0:0ÿÿÿÿÿÿÿÿÿ-
out0%
case1/Einsum:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Ä
case2º
1
inputs1&
case2/in2_inputs1:0ÿÿÿÿÿÿÿÿÿ
1
inputs0&
case2/in2_inputs0:0ÿÿÿÿÿÿÿÿÿ6
out0.
case2/Einsum:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Ì
case0Â
5
inputs1*
case0/in0_inputs1:0ÿÿÿÿÿÿÿÿÿ
5
inputs0*
case0/in0_inputs0:0ÿÿÿÿÿÿÿÿÿ6
out0.
case0/Einsum:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict