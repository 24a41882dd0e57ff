Ç
"serve×
@
case0/in0_xPlaceholder*
dtype0*
shape:
8
case0/in0_iPlaceholder*
dtype0*
shape:
R
case0/in0_vPlaceholder*
dtype0*)
shape :ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
T
case0/InplaceUpdateInplaceUpdatecase0/in0_xcase0/in0_icase0/in0_v*
T0
A
case1/in1_xPlaceholder*
dtype0*
shape:ÿÿÿÿÿÿÿÿÿ
A
case1/in1_iPlaceholder*
dtype0*
shape:ÿÿÿÿÿÿÿÿÿ
A
case1/in1_vPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
T
case1/InplaceUpdateInplaceUpdatecase1/in1_xcase1/in1_icase1/in1_v*
T0
A
case2/in2_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
8
case2/in2_iPlaceholder*
shape:*
dtype0
8
case2/in2_vPlaceholder*
dtype0*
shape:
T
case2/InplaceUpdateInplaceUpdatecase2/in2_xcase2/in2_icase2/in2_v*
T0"ª*Í
case1Ã
%
v 
case1/in1_v:0ÿÿÿÿÿÿÿÿÿ
%
i 
case1/in1_i:0ÿÿÿÿÿÿÿÿÿ
%
x 
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ0
out0(
case1/InplaceUpdate:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*»
case2±

v
case2/in2_v:0

i
case2/in2_i:0
%
x 
case2/in2_x:0ÿÿÿÿÿÿÿÿÿ0
out0(
case2/InplaceUpdate:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Ó
case0É
6
v1
case0/in0_v:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ

i
case0/in0_i:0
$
x
case0/in0_x:0/
out0'
case0/InplaceUpdate:0tensorflow/serving/predict