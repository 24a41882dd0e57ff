®
"serveÄ
I
case0/in0_xPlaceholder*
dtype0	* 
shape:ÿÿÿÿÿÿÿÿÿ
8
case0/in0_iPlaceholder*
dtype0*
shape:
@
case0/in0_vPlaceholder*
dtype0	*
shape:
N
case0/InplaceAdd
InplaceAddcase0/in0_xcase0/in0_icase0/in0_v*
T0	
A
case1/in1_xPlaceholder*
dtype0*
shape:ÿÿÿÿÿÿÿÿÿ
8
case1/in1_iPlaceholder*
shape:*
dtype0
A
case1/in1_vPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
N
case1/InplaceAdd
InplaceAddcase1/in1_xcase1/in1_icase1/in1_v*
T0
<
case2/in2_xPlaceholder*
shape
:*
dtype0
8
case2/in2_iPlaceholder*
dtype0*
shape:
N
case2/in2_vPlaceholder*
dtype0*%
shape:ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
N
case2/InplaceAdd
InplaceAddcase2/in2_xcase2/in2_icase2/in2_v*
T0"ª*Á
case1·
%
v 
case1/in1_v:0ÿÿÿÿÿÿÿÿÿ

i
case1/in1_i:0
%
x 
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ-
out0%
case1/InplaceAdd:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Ä
case2º
2
v-
case2/in2_v:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ

i
case2/in2_i:0
 
x
case2/in2_x:0(
out0 
case2/InplaceAdd:0tensorflow/serving/predict*Ð
case0Æ
$
v
case0/in0_v:0	

i
case0/in0_i:0
-
x(
case0/in0_x:0	ÿÿÿÿÿÿÿÿÿ5
out0-
case0/InplaceAdd:0	ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict