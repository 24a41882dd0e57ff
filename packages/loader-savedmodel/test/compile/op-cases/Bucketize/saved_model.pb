û
"serveÑ
<
case0/in0_inputPlaceholder*
shape:*
dtype0
N
case0/Bucketize	Bucketizecase0/in0_input*

boundaries
"“U»>*
T0
M
case1/in1_inputPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
N
case1/Bucketize	Bucketizecase1/in1_input*

boundaries
"Q9ä¿*
T0
M
case2/in2_inputPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
N
case2/Bucketize	Bucketizecase2/in2_input*

boundaries
"s@³¾*
T0"ª*p
case0g
$
input
case0/in0_input:0#
out0
case0/Bucketize:0tensorflow/serving/predict*“
case2‰
5
input,
case2/in2_input:0ÿÿÿÿÿÿÿÿÿ4
out0,
case2/Bucketize:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*“
case1‰
5
input,
case1/in1_input:0ÿÿÿÿÿÿÿÿÿ4
out0,
case1/Bucketize:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict