Í
"servež
A
case0/in0_aPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
8
case0/in0_bPlaceholder*
shape:*
dtype0
7
case0/CrossCrosscase0/in0_acase0/in0_b*
T0
8
case1/in1_aPlaceholder*
shape:*
dtype0
8
case1/in1_bPlaceholder*
shape:*
dtype0
7
case1/CrossCrosscase1/in1_acase1/in1_b*
T0
A
case2/in2_aPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
8
case2/in2_bPlaceholder*
shape:*
dtype0
7
case2/CrossCrosscase2/in2_acase2/in2_b*
T0"ª*Œ
case0‚

b
case0/in0_b:0
%
a 
case0/in0_a:0ÿÿÿÿÿÿÿÿÿ
out0
case0/Cross:0tensorflow/serving/predict*Œ
case2‚

b
case2/in2_b:0
%
a 
case2/in2_a:0ÿÿÿÿÿÿÿÿÿ
out0
case2/Cross:0tensorflow/serving/predict*‚
case1y

b
case1/in1_b:0

a
case1/in1_a:0
out0
case1/Cross:0tensorflow/serving/predict