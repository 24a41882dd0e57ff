™
"serve‘
8
case0/in0_xPlaceholder*
shape:*
dtype0
B
case0/InvertPermutationInvertPermutationcase0/in0_x*
T0
A
case1/in1_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
B
case1/InvertPermutationInvertPermutationcase1/in1_x*
T0
A
case2/in2_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
B
case2/InvertPermutationInvertPermutationcase2/in2_x*
T0"ª*p
case0g

x
case0/in0_x:0+
out0#
case0/InvertPermutation:0tensorflow/serving/predict*‚
case2y
%
x 
case2/in2_x:0ÿÿÿÿÿÿÿÿÿ4
out0,
case2/InvertPermutation:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*‚
case1y
%
x 
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ4
out0,
case1/InvertPermutation:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict