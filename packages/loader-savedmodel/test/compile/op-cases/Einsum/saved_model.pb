ì

"serve„
K
case0/in0_inputs0Placeholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
K
case0/in0_inputs1Placeholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
g
case0/EinsumEinsumcase0/in0_inputs0case0/in0_inputs1*
N*
equation	ab,cb->ca*
T0
K
case1/in1_inputs0Placeholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
K
case1/in1_inputs1Placeholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
g
case1/EinsumEinsumcase1/in1_inputs0case1/in1_inputs1*
N*
equation	ab,bc->ac*
T0
G
case2/in2_inputs0Placeholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
G
case2/in2_inputs1Placeholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
e
case2/EinsumEinsumcase2/in2_inputs0case2/in2_inputs1*
N*
equation	a,b->ab*
T0"ª*Ì
case0Â
5
inputs0*
case0/in0_inputs0:0ÿÿÿÿÿÿÿÿÿ
5
inputs1*
case0/in0_inputs1:0ÿÿÿÿÿÿÿÿÿ6
out0.
case0/Einsum:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Ä
case2º
1
inputs0&
case2/in2_inputs0:0ÿÿÿÿÿÿÿÿÿ
1
inputs1&
case2/in2_inputs1:0ÿÿÿÿÿÿÿÿÿ6
out0.
case2/Einsum:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Ã
case1¹
5
inputs0*
case1/in1_inputs0:0ÿÿÿÿÿÿÿÿÿ
5
inputs1*
case1/in1_inputs1:0ÿÿÿÿÿÿÿÿÿ-
out0%
case1/Einsum:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict