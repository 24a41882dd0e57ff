Ü
"serveâ
E
case0/in0_xPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
0
case0/DeepCopyDeepCopycase0/in0_x*
T0
<
case1/in1_xPlaceholder*
shape
:*
dtype0
0
case1/DeepCopyDeepCopycase1/in1_x*
T0
@
case2/in2_xPlaceholder*
dtype0	*
shape:
0
case2/DeepCopyDeepCopycase2/in2_x*
T0	"ª*o
case1f
 
x
case1/in1_x:0&
out0
case1/DeepCopy:0tensorflow/serving/predict*w
case2n
$
x
case2/in2_x:0	*
out0"
case2/DeepCopy:0	tensorflow/serving/predict*
case0x
)
x$
case0/in0_x:0ÿÿÿÿÿÿÿÿÿ/
out0'
case0/DeepCopy:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict