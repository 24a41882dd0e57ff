Á
"serve 
C
case0/in0_featuresPlaceholder*
shape
:*
dtype0
J
case0/in0_labelsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
s
#case0/SoftmaxCrossEntropyWithLogitsSoftmaxCrossEntropyWithLogitscase0/in0_featurescase0/in0_labels*
T0
L
case1/in1_featuresPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
A
case1/in1_labelsPlaceholder*
shape
:*
dtype0
s
#case1/SoftmaxCrossEntropyWithLogitsSoftmaxCrossEntropyWithLogitscase1/in1_featurescase1/in1_labels*
T0
L
case2/in2_featuresPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
J
case2/in2_labelsPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
s
#case2/SoftmaxCrossEntropyWithLogitsSoftmaxCrossEntropyWithLogitscase2/in2_featurescase2/in2_labels*
T0"ª*
case0÷
.
features"
case0/in0_features:0
3
labels)
case0/in0_labels:0ÿÿÿÿÿÿÿÿÿ7
out0/
%case0/SoftmaxCrossEntropyWithLogits:0;
out13
%case0/SoftmaxCrossEntropyWithLogits:1tensorflow/serving/predict*Š
case2€
7
features+
case2/in2_features:0ÿÿÿÿÿÿÿÿÿ
3
labels)
case2/in2_labels:0ÿÿÿÿÿÿÿÿÿ7
out0/
%case2/SoftmaxCrossEntropyWithLogits:0;
out13
%case2/SoftmaxCrossEntropyWithLogits:1tensorflow/serving/predict*
case1÷
7
features+
case1/in1_features:0ÿÿÿÿÿÿÿÿÿ
*
labels 
case1/in1_labels:07
out0/
%case1/SoftmaxCrossEntropyWithLogits:0;
out13
%case1/SoftmaxCrossEntropyWithLogits:1tensorflow/serving/predict