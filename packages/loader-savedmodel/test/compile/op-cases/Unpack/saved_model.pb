…	
"serveç
H
case0/in0_valuePlaceholder*
shape:*
dtype0
G
case0/UnpackUnpackcase0/in0_value*	
num*

axis*
T0
V
case1/in1_valuePlaceholder*)
shape :ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
P
case1/UnpackUnpackcase1/in1_value*	
num*
axisÿÿÿÿÿÿÿÿÿ*
T0
Q
case2/in2_valuePlaceholder*$
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
P
case2/UnpackUnpackcase2/in2_value*	
num*
axisþÿÿÿÿÿÿÿÿ*
T0"ª*
case0x
0
value'
case0/in0_value:0(
out0 
case0/Unpack:0tensorflow/serving/predict*ú
case2ð
9
value0
case2/in2_value:0ÿÿÿÿÿÿÿÿÿ1
out2)
case2/Unpack:2ÿÿÿÿÿÿÿÿÿ1
out0)
case2/Unpack:0ÿÿÿÿÿÿÿÿÿ1
out1)
case2/Unpack:1ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Ž
case1„
>
value5
case1/in1_value:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ6
out2.
case1/Unpack:2ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ6
out0.
case1/Unpack:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ6
out1.
case1/Unpack:1ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict