–
"serveŽ
Q
case0/in0_sorted_inputsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
J
case0/in0_valuesPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
b
case0/UpperBound
UpperBoundcase0/in0_sorted_inputscase0/in0_values*
out_type0	*
T0
Q
case1/in1_sorted_inputsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0	
J
case1/in1_valuesPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0	
b
case1/UpperBound
UpperBoundcase1/in1_sorted_inputscase1/in1_values*
out_type0*
T0	
Q
case2/in2_sorted_inputsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
J
case2/in2_valuesPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
b
case2/UpperBound
UpperBoundcase2/in2_sorted_inputscase2/in2_values*
out_type0*
T0"ª*Ñ
case0Ç
A
sorted_inputs0
case0/in0_sorted_inputs:0ÿÿÿÿÿÿÿÿÿ
3
values)
case0/in0_values:0ÿÿÿÿÿÿÿÿÿ1
out0)
case0/UpperBound:0	ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Ñ
case2Ç
A
sorted_inputs0
case2/in2_sorted_inputs:0ÿÿÿÿÿÿÿÿÿ
3
values)
case2/in2_values:0ÿÿÿÿÿÿÿÿÿ1
out0)
case2/UpperBound:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Ñ
case1Ç
A
sorted_inputs0
case1/in1_sorted_inputs:0	ÿÿÿÿÿÿÿÿÿ
3
values)
case1/in1_values:0	ÿÿÿÿÿÿÿÿÿ1
out0)
case1/UpperBound:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict