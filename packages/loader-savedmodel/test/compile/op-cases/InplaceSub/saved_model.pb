“
"serve»
I
case0/in0_xPlaceholder*
dtype0	* 
shape:ÿÿÿÿÿÿÿÿÿ
8
case0/in0_iPlaceholder*
dtype0*
shape:
@
case0/in0_vPlaceholder*
shape:*
dtype0	
N
case0/InplaceSub
InplaceSubcase0/in0_xcase0/in0_icase0/in0_v*
T0	
8
case1/in1_xPlaceholder*
shape:*
dtype0
A
case1/in1_iPlaceholder*
dtype0*
shape:ÿÿÿÿÿÿÿÿÿ
A
case1/in1_vPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
N
case1/InplaceSub
InplaceSubcase1/in1_xcase1/in1_icase1/in1_v*
T0
<
case2/in2_xPlaceholder*
dtype0*
shape
:
A
case2/in2_iPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
<
case2/in2_vPlaceholder*
shape
:*
dtype0
N
case2/InplaceSub
InplaceSubcase2/in2_xcase2/in2_icase2/in2_v*
T0"ª*¸
case1®
%
v 
case1/in1_v:0ÿÿÿÿÿÿÿÿÿ
%
i 
case1/in1_i:0ÿÿÿÿÿÿÿÿÿ

x
case1/in1_x:0$
out0
case1/InplaceSub:0tensorflow/serving/predict*»
case2±
 
v
case2/in2_v:0
%
i 
case2/in2_i:0ÿÿÿÿÿÿÿÿÿ
 
x
case2/in2_x:0(
out0 
case2/InplaceSub:0tensorflow/serving/predict*Ð
case0Æ
$
v
case0/in0_v:0	

i
case0/in0_i:0
-
x(
case0/in0_x:0	ÿÿÿÿÿÿÿÿÿ5
out0-
case0/InplaceSub:0	ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict