ì
"serveî
=
case0/in0_logitsPlaceholder*
shape:*
dtype0
3
case0/SoftmaxSoftmaxcase0/in0_logits*
T0
J
case1/in1_logitsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
3
case1/SoftmaxSoftmaxcase1/in1_logits*
T0
=
case2/in2_logitsPlaceholder*
shape:*
dtype0
3
case2/SoftmaxSoftmaxcase2/in2_logits*
T0"ª*p
case0g
&
logits
case0/in0_logits:0!
out0
case0/Softmax:0tensorflow/serving/predict*p
case2g
&
logits
case2/in2_logits:0!
out0
case2/Softmax:0tensorflow/serving/predict*‹
case1
3
logits)
case1/in1_logits:0ÿÿÿÿÿÿÿÿÿ.
out0&
case1/Softmax:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict