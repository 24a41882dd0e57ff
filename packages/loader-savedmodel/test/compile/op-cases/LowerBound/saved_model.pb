Ÿ
"serveŽ
H
case0/in0_sorted_inputsPlaceholder*
shape
:*
dtype0
J
case0/in0_valuesPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
b
case0/LowerBound
LowerBoundcase0/in0_sorted_inputscase0/in0_values*
out_type0	*
T0
Q
case1/in1_sorted_inputsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0	
S
case1/in1_valuesPlaceholder*%
shape:ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0	
b
case1/LowerBound
LowerBoundcase1/in1_sorted_inputscase1/in1_values*
out_type0*
T0	
Q
case2/in2_sorted_inputsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
J
case2/in2_valuesPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
b
case2/LowerBound
LowerBoundcase2/in2_sorted_inputscase2/in2_values*
out_type0	*
T0"ª*È
case0¾
8
sorted_inputs'
case0/in0_sorted_inputs:0
3
values)
case0/in0_values:0ÿÿÿÿÿÿÿÿÿ1
out0)
case0/LowerBound:0	ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Ñ
case2Ç
A
sorted_inputs0
case2/in2_sorted_inputs:0ÿÿÿÿÿÿÿÿÿ
3
values)
case2/in2_values:0ÿÿÿÿÿÿÿÿÿ1
out0)
case2/LowerBound:0	ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*ã
case1Ù
A
sorted_inputs0
case1/in1_sorted_inputs:0	ÿÿÿÿÿÿÿÿÿ
<
values2
case1/in1_values:0	ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ:
out02
case1/LowerBound:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict